import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { finishDeclarations, withDisposables, withUndefined } from './declarations.mjs'

describe('withUndefined', () => {
  it.each([
    ['interface A { readonly b?: string; }', 'interface A { readonly b?: string | undefined; }'],
    ['declare class A { b?: string[]; }', 'declare class A { b?: string[] | undefined; }'],
    ['interface A { b?: (c: string) => void; }', 'interface A { b?: ((c: string) => void) | undefined; }'],
    ['type A<T> = { b?: T extends 1 ? 2 : 3; }', 'type A<T> = { b?: (T extends 1 ? 2 : 3) | undefined; }'],
    ['type A<T> = T extends { b?: infer B; } ? B : 1', 'type A<T> = T extends { b?: (infer B) | undefined; } ? B : 1'],
    ['type A<T> = { [K in keyof T]?: T[K]; }', 'type A<T> = { [K in keyof T]?: T[K] | undefined; }'],
    ['type A = (...b: [c?: string]) => void', 'type A = (...b: [c?: string | undefined]) => void'],
    ['interface A { b?: { c?: 1; }; }', 'interface A { b?: { c?: 1 | undefined; } | undefined; }'],
  ])('%s', (before, after) => {
    expect(withUndefined(ts, before)).toBe(after)
    expect(withUndefined(ts, after)).toBe(after)
  })

  it.each([
    'interface A { b: string; c?(d?: string): void; }',
    'interface A { b?: unknown; c?: any; d?: 1 | undefined; }',
    'type A<T> = { [K in keyof T]-?: T[K]; }',
  ])('leaves %s', text => {
    expect(withUndefined(ts, text)).toBe(text)
  })
})

describe('withDisposables', () => {
  it.each(['type A = AsyncDisposable', 'declare class A { [Symbol.dispose](): void }'])('%s', text => {
    const after = withDisposables(text)
    expect(after).toBe(`/// <reference lib="esnext.disposable" />\n${text}`)
    expect(withDisposables(after)).toBe(after)
  })

  it('leaves what has none', () => {
    expect(withDisposables('type A = NotDisposableAtAll')).toBe('type A = NotDisposableAtAll')
  })
})

describe('finishDeclarations', () => {
  it('changes what is new, keeps its time, and moves its map down with it', async () => {
    const dist = mkdtempSync(join(tmpdir(), 'tenon-declarations-'))
    try {
      const file = join(dist, 'a.d.ts')
      const write = (text: string, written: Date) => {
        writeFileSync(file, text)
        writeFileSync(`${file}.map`, JSON.stringify({ version: 3, mappings: 'AAAA' }))
        utimesSync(file, written, written)
      }
      const longAgo = new Date('2026-01-01')
      write('interface A extends AsyncDisposable { b?: string; }', longAgo)
      await finishDeclarations(dist)
      const finished =
        '/// <reference lib="esnext.disposable" />\ninterface A extends AsyncDisposable { b?: string | undefined; }'
      expect(readFileSync(file, 'utf8')).toBe(finished)
      expect(statSync(file).mtimeMs).toBe(longAgo.getTime())
      expect(JSON.parse(readFileSync(`${file}.map`, 'utf8'))).toMatchObject({ mappings: ';AAAA' })

      write('interface A { b?: string; }', longAgo)
      await finishDeclarations(dist)
      expect(readFileSync(file, 'utf8')).toBe('interface A { b?: string; }')

      write('interface A { b?: string; }', new Date(Date.now() + 1000))
      await finishDeclarations(dist)
      expect(readFileSync(file, 'utf8')).toBe('interface A { b?: string | undefined; }')
    } finally {
      rmSync(dist, { recursive: true })
    }
  })
})
