#!/usr/bin/env node
import { dispatch } from './dispatch.js'
import { processTerminal } from './terminal.js'

// Whoever reads our output may stop reading: `tls12 demo | head` is no error.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return
  // What was asked for is not there in full: a disk that is full, say.
  process.stderr.write(`tls12: the output cannot be written: ${message}\n`)
  process.once('exit', () => {
    process.exitCode = 1
  })
})
process.stderr.on('error', () => {})

process.exitCode = await dispatch(process.argv.slice(2), processTerminal)
