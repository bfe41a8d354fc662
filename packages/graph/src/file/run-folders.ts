import { mkdir, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { randomId } from '../util/ids.ts'
import { isMissing, isOccupied } from './files.ts'
import { JOURNAL } from './open-runs.ts'

/** Run folders come and go as a whole, by one rename: nobody sees a run without its journal or its lock, and a crash leaves only a folder
 *  with a dot before its name, which counts for nothing. */
const NEW = '.new-'
const DELETED = '.deleted-'
const ABANDONED_MS = 3_600_000
const ATTEMPTS = 20

/** Whether a name in the store's directory may be that of a run. */
export const isRunFolder = (name: string): boolean => !name.startsWith('.')

/** A folder to put a run together in. */
export const newFolder = async (root: string): Promise<string> => {
  await mkdir(root, { recursive: true })
  const folder = join(root, NEW + randomId())
  await mkdir(folder)
  return folder
}

/** Gives a finished folder its name. @returns false when there is a run of this name */
export const placeFolder = async (folder: string, target: string): Promise<boolean> => {
  for (let attempt = 1; ; attempt++) {
    try {
      // fails where there is a folder with something in it: of two creators one wins
      await rename(folder, target)
      return true
    } catch (error) {
      if (!isOccupied(error) || attempt === ATTEMPTS) throw error
    }
    const names = await readdir(target).catch(unlessMissing<string[]>([]))
    if (names.includes(JOURNAL)) return false
    await clearRemains(target, names)
  }
}

/** What earlier versions left of a run when they died creating or deleting it. Its names are those seen before, so that a run which another
 *  process has put there since keeps its files: their names are new. */
const clearRemains = async (folder: string, names: readonly string[]): Promise<void> => {
  for (const name of names) await unlink(join(folder, name)).catch(unlessMissing(undefined))
  await rmdir(folder).catch((error: unknown) => {
    if (!isMissing(error) && !isOccupied(error)) throw error
  })
}

/** Takes a run's folder away. @returns false when it was gone */
export const removeFolder = async (root: string, folder: string): Promise<boolean> => {
  const gone = join(root, DELETED + randomId())
  const isMine = await rename(folder, gone).then(() => true, unlessMissing(false))
  if (isMine) await removeAll(gone)
  return isMine
}

/** Finishes what processes that died were about: deleted runs go, and so do new ones that were never put in place. */
export const sweepFolders = async (root: string): Promise<void> => {
  for (const name of await readdir(root).catch(unlessMissing<string[]>([]))) {
    const path = join(root, name)
    if (name.startsWith(DELETED) || (name.startsWith(NEW) && (await isAbandoned(path)))) await removeAll(path)
  }
}

const isAbandoned = async (path: string): Promise<boolean> => {
  const info = await stat(path).catch(unlessMissing(undefined))
  return info !== undefined && Date.now() - info.mtimeMs > ABANDONED_MS
}

/** Several processes may do so at once. */
export const removeAll = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })

const unlessMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isMissing(error)) return value
    throw error
  }
