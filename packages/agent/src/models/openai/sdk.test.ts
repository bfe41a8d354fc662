import { expect, it, vi } from 'vitest'

it('names the package that is missing, and looks again when it is asked again', async () => {
  vi.doMock('openai', () => {
    throw new Error("Cannot find package 'openai'")
  })
  const { loadSdk } = await import('./sdk.ts')
  await expect(loadSdk()).rejects.toMatchObject({
    code: 'missing_package',
    message: expect.stringContaining('npm install openai'),
  })
  vi.doUnmock('openai')
  await expect(loadSdk()).resolves.toHaveProperty('OpenAI')
})
