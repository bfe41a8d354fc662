import { existsSync } from 'node:fs'
import { readdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isMissing, isThere } from './files.ts'

/** Locks are files named by a growing token: the highest is the present one. Taking over is creating the next name, which only one
 *  process can do; nothing is ever renamed away from under an owner. */
interface LockContent {
  readonly owner: string
  readonly pid: number
  readonly host: string
  readonly ttlMs: number
  /** when it was taken */
  readonly at: number
}

const PATTERN = /^(lock|free)-(\d+)$/

const nameOf = (token: number) => `lock-${String(token).padStart(10, '0')}`

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process is there and belongs to someone else
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const newest = async (directory: string): Promise<{ token: number; isFree: boolean } | undefined> => {
  let found: { token: number; isFree: boolean } | undefined
  for (const name of await readdir(directory)) {
    const match = PATTERN.exec(name)
    if (match === null) continue
    const token = Number(match[2])
    if (found === undefined || token > found.token) found = { token, isFree: match[1] === 'free' }
  }
  return found
}

/** `undefined`: not written to its end. */
const contentOf = (text: string): LockContent | undefined => {
  try {
    return JSON.parse(text) as LockContent
  } catch {
    return undefined
  }
}

/** Who holds the lock, or undefined when nobody alive does. */
const holderOf = async (directory: string, token: number): Promise<string | undefined> => {
  const path = join(directory, nameOf(token))
  try {
    const { mtimeMs } = await stat(path)
    const text = await readFile(path, 'utf8')
    const lock = contentOf(text)
    // it is being written right now, or its owner died while writing it
    if (lock === undefined) return Date.now() - mtimeMs < 1000 ? 'an owner that is just starting' : undefined
    if (lock.host === hostname() && !isAlive(lock.pid)) return undefined
    // renewing sets the file's time to the end of the lease
    return Date.now() < Math.max(mtimeMs, lock.at + lock.ttlMs) ? lock.owner : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Takes the lock. @returns the new token, or who holds it */
export const takeLock = async (
  directory: string,
  { owner, ttlMs, takeOver, atLeast }: { owner: string; ttlMs: number; takeOver: boolean; atLeast: number },
): Promise<{ readonly token: number } | { readonly heldBy: string }> => {
  const content = JSON.stringify({
    owner,
    pid: process.pid,
    host: hostname(),
    ttlMs,
    at: Date.now(),
  } satisfies LockContent)
  for (let attempt = 0; attempt < 100; attempt++) {
    const current = await newest(directory)
    if (current !== undefined && !current.isFree && !takeOver) {
      const heldBy = await holderOf(directory, current.token)
      if (heldBy !== undefined) return { heldBy }
    }
    const token = Math.max(current?.token ?? 0, atLeast) + 1
    try {
      await writeFile(join(directory, nameOf(token)), content, { flag: 'wx' })
    } catch (error) {
      if (isThere(error)) continue
      throw error
    }
    await removeOlder(directory, token)
    return { token }
  }
  return { heldBy: 'owners that keep changing' }
}

/** The lock of a run that is about to be created. */
export const firstLock = async (
  directory: string,
  { owner, ttlMs, token }: { owner: string; ttlMs: number; token: number },
): Promise<void> => {
  const content = JSON.stringify({
    owner,
    pid: process.pid,
    host: hostname(),
    ttlMs,
    at: Date.now(),
  } satisfies LockContent)
  await writeFile(join(directory, nameOf(token)), content, { flag: 'wx' })
}

const removeOlder = async (directory: string, token: number): Promise<void> => {
  for (const name of await readdir(directory)) {
    const match = PATTERN.exec(name)
    if (match === null || Number(match[2]) >= token) continue
    await unlink(join(directory, name)).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  }
}

/** True while nobody has taken over. */
export const ownsLock = (directory: string, token: number): boolean =>
  existsSync(join(directory, nameOf(token))) && !existsSync(join(directory, nameOf(token + 1)))

/** Renews: the file's modification time is the end of the lease. @returns false when the lock is gone */
export const touchLock = async (directory: string, token: number, ttlMs: number): Promise<boolean> => {
  const end = new Date(Date.now() + ttlMs)
  try {
    await utimes(join(directory, nameOf(token)), end, end)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

export const freeLock = async (directory: string, token: number): Promise<void> => {
  const name = nameOf(token)
  await rename(join(directory, name), join(directory, name.replace('lock', 'free'))).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}
