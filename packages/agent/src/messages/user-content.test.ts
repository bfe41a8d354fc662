import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/user-error.ts'
import { inferMediaType, isTextMediaType, isYouTubeUrl, mediaFormat } from './media-type.ts'
import {
  audioUrl,
  binaryContent,
  binaryContentFromDataUri,
  cachePoint,
  contentBytes,
  dataUri,
  documentUrl,
  identifierOf,
  imageUrl,
  mediaTypeOf,
  promptText,
  textContent,
  uploadedFile,
  videoUrl,
} from './user-content.ts'

describe('content helpers', () => {
  it('make binary content of bytes and of base64 of either alphabet', () => {
    const bytes = new Uint8Array([251, 255])
    const expected = { kind: 'binary', data: '+/8=', mediaType: 'image/png' }
    expect(binaryContent(bytes, 'image/png')).toEqual(expected)
    expect(binaryContent(bytes.buffer, 'image/png')).toEqual(expected)
    expect(binaryContent('-_8', 'image/png')).toEqual(expected)
    expect(contentBytes(binaryContent('+/8=', 'image/png'))).toEqual(bytes)
    expect(dataUri(binaryContent('-_8', 'image/png'))).toBe('data:image/png;base64,+/8=')
    expect(binaryContentFromDataUri('data:image/png;base64,+/8=')).toEqual(expected)
    expect(binaryContentFromDataUri('data:text/plain;charset=utf-8;base64,+/8=')).toMatchObject({
      mediaType: 'text/plain',
    })
  })

  it('refuse what is not base64', () => {
    expect(() => binaryContent('a b', 'image/png')).toThrow(UserError)
    expect(() => binaryContent('+_8=', 'image/png')).toThrow(/of both/)
    expect(() => binaryContent('A', 'image/png')).toThrow(/whole bytes/)
    expect(() => binaryContentFromDataUri('data:text/plain,hello')).toThrow(UserError)
    expect(() => binaryContentFromDataUri('https://tenon.example')).toThrow(UserError)
  })

  it('make the other kinds', () => {
    expect(imageUrl('u', { mediaType: 'image/png' })).toEqual({ kind: 'image-url', url: 'u', mediaType: 'image/png' })
    expect([audioUrl('u'), videoUrl('u'), documentUrl('u')].map(({ kind }) => kind)).toEqual([
      'audio-url',
      'video-url',
      'document-url',
    ])
    expect(uploadedFile('f', 'bedrock')).toEqual({ kind: 'uploaded-file', fileId: 'f', providerName: 'bedrock' })
    expect(textContent('t', { a: 1 })).toEqual({ kind: 'text-content', content: 't', metadata: { a: 1 } })
    expect(cachePoint()).toEqual({ kind: 'cache-point' })
    expect(promptText(['a', imageUrl('u'), textContent('b'), cachePoint('1h')])).toBe('a\n\nb')
  })

  it('name files by SHA-1, the same each time', () => {
    const content = binaryContent(new Uint8Array([1, 2]), 'image/png')
    expect([identifierOf(content), identifierOf(content)]).toEqual(['0ca623', '0ca623'])
    expect(identifierOf(imageUrl('https://tenon.example/map.webp'))).toBe('be0f51')
    expect(identifierOf(uploadedFile('file-77', 'bedrock'))).toBe('32d31a')
    expect(identifierOf(imageUrl('x', { identifier: 'mine' }))).toBe('mine')
  })
})

describe('media types', () => {
  it.each([
    ['https://a.example/x.PNG?size=1#top', 'image/png'],
    ['https://a.example/x.tar/file.jpg', 'image/jpeg'],
    ['s3://bucket/report.csv', 'text/csv'],
    ['data:image/webp;base64,AA==', 'image/webp'],
    ['report.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['https://a.example', undefined],
    ['https://files.pdf', undefined],
    ['https://a.example/x.constructor', undefined],
    ['https://a.example/?f=x.png', undefined],
    ['', undefined],
  ])('%s is %s', (url, expected) => {
    expect(inferMediaType(url)).toBe(expected)
  })

  it('depend on the kind of content where an extension has two meanings', () => {
    expect(mediaTypeOf(audioUrl('https://a.example/x.webm'))).toBe('audio/webm')
    expect(mediaTypeOf(videoUrl('https://a.example/x.webm'))).toBe('video/webm')
    expect(mediaTypeOf(uploadedFile('f', 'openai'))).toBe('application/octet-stream')
    expect(mediaTypeOf(imageUrl('https://a.example/x', { mediaType: 'image/gif' }))).toBe('image/gif')
  })

  it('of YouTube are video', () => {
    for (const host of ['youtu.be', 'youtube.com', 'www.youtube.com', 'm.youtube.com', 'WWW.YouTube.com']) {
      expect(mediaTypeOf(videoUrl(`https://${host}/watch?v=1`))).toBe('video/mp4')
    }
    expect(isYouTubeUrl('https://notyoutube.com/x')).toBe(false)
    expect(isYouTubeUrl('https://evil.example/?u=https://youtu.be/1')).toBe(false)
    expect(mediaTypeOf(imageUrl('https://youtu.be/1'))).toBeUndefined()
  })

  it('have formats', () => {
    expect(mediaFormat('image/jpeg')).toEqual({ family: 'image', format: 'jpeg' })
    expect(mediaFormat('Text/Plain; charset=utf-8')).toEqual({ family: 'document', format: 'txt' })
    expect(mediaFormat('video/3gpp')).toEqual({ family: 'video', format: 'three_gp' })
    expect(mediaFormat('audio/x-wav')).toEqual({ family: 'audio', format: 'wav' })
    expect(mediaFormat('application/zip')).toBeUndefined()
    expect(['text/csv', 'application/json', 'application/ld+json', 'application/yaml'].every(isTextMediaType)).toBe(
      true,
    )
    expect(['application/pdf', 'image/png'].some(isTextMediaType)).toBe(false)
  })
})
