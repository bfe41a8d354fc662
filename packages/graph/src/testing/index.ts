export { storeConformance, type StoreCase, type StoreConformanceOptions } from './store-conformance.ts'
