#!/usr/bin/env node
import { dispatch } from './dispatch.js'
import { processTerminal } from './terminal.js'

// Whoever reads our output may stop reading: `tls12 demo | head` is no error.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

process.exitCode = await dispatch(process.argv.slice(2), processTerminal)
