// Everything the graph package exports.
export * from '@tenon/graph'
