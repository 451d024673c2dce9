/** The corpus of captures: vectors/captures, or the folder that CORPUS names, which a run of the script has filled. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IndexEntry } from '../../vectors/index-entry.js'

export const corpusFolder: string = resolve(
  process.env['CORPUS'] ?? fileURLToPath(new URL('../../vectors/captures', import.meta.url)),
)

export const pathIn = (file: string): string => join(corpusFolder, file)

export const corpusIndex: readonly IndexEntry[] = JSON.parse(readFileSync(pathIn('index.json'), 'utf8'))
