import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, messagesFromJson, messagesToJson } from 'tenon'

const chat = agent({ model: 'bedrock:us.amazon.nova-lite-v1:0', instructions: 'Be brief.' })
const folder = await mkdtemp(join(tmpdir(), 'tenon-history-'))
const file = join(folder, 'chat.json')

// one process …
const first = await chat.run('My name is Ilze.')
await writeFile(file, messagesToJson(first.messages))

// … and another one, later: the model sees the whole conversation
const messageHistory = messagesFromJson(await readFile(file, 'utf8'))
const second = await chat.run('What is my name?', { messageHistory })
console.log(second.output)
console.log(`${messageHistory.length} messages before, ${second.newMessages.length} new`)

await rm(folder, { recursive: true })
