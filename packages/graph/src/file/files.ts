import { open } from 'node:fs/promises'

const hasCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code

export const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT')
/** a folder was looked for inside a file */
export const isNoFolder = (error: unknown): boolean => hasCode(error, 'ENOTDIR')
export const isThere = (error: unknown): boolean => hasCode(error, 'EEXIST')
/** a folder with something in it is where another was to go; Windows says no more than that it may not be */
export const isOccupied = (error: unknown): boolean =>
  ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].some(code => hasCode(error, code))

export const readRange = async (path: string, from: number, to: number): Promise<Buffer> => {
  const handle = await open(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(to - from)
    let done = 0
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return bytes.subarray(0, done)
  } finally {
    await handle.close()
  }
}

/** Makes sure that the names in a directory are on the disk. */
export const syncDirectory = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
