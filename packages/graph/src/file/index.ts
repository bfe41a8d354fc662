export { fileStore, type FileStoreOptions } from './file-store.ts'
export { saveMermaidImage } from './save-image.ts'
