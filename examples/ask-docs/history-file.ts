import { readFile, rename, writeFile } from 'node:fs/promises'
import { messagesFromJson, messagesToJson, UserError, type ModelMessage } from 'tenon'

/** The conversation in a file; none when there is no such file yet.
 *  @throws {UserError} when the file holds something else */
export async function readHistory(file: string): Promise<ModelMessage[]> {
  const json = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]'
    throw new UserError(`The history ${file} cannot be read (${error.code}). Choose another file.`, { cause: error })
  })
  try {
    return messagesFromJson(json)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UserError(`${file} is not a history: ${why} Choose another file, or delete this one.`, { cause: error })
  }
}

/** Whole or not at all: a crash half-way leaves the old conversation.
 *  @throws {UserError} when it cannot be written there */
export async function writeHistory(file: string, messages: readonly ModelMessage[]): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`
  try {
    await writeFile(draft, messagesToJson(messages))
    await rename(draft, file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UserError(`The history ${file} cannot be written: ${why}. Choose another file.`, { cause: error })
  }
}
