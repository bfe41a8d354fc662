import { expect, it } from 'vitest'
import { isTamePattern } from './tame-pattern.ts'

it.each([
  '',
  '^[a-z]+$',
  '^\\d{4}-\\d{2}$',
  '^(foo|bar)$',
  '^(?:[A-Z]{2})+$',
  '[(+*)]+',
  '\\(\\+\\)*',
  '^[^@]+@[^@]+\\.[a-z]+$',
  'a?b?c?',
])('takes %s', pattern => expect(isTamePattern(pattern)).toBe(true))

it.each([
  '(a+)+',
  '(a*)*b',
  '(a|a)*',
  '(a|ab)+$',
  '(?:x?){50}',
  '((ab)*c)*',
  '(.*)\\1',
  '.*.*.*.*x',
  '(a{1,9}){9}',
  '(unclosed',
  '[z-a]',
  `${'a'.repeat(400)}`,
])('refuses %s', pattern => expect(isTamePattern(pattern)).toBe(false))
