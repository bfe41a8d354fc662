// Everything the core exports: what a bundler that cannot drop anything would ship.
export * from 'tenon/core'
