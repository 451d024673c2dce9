/** What an end without our scruples would send: handshake messages of its owner's making, under the connection's keys. */

import type { RecordLayer } from '../../src/record/record-layer.js'
import { type StandardRecordLayerOptions, standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { ContentType } from '../../src/registry/content-type.js'
import { noble } from '../support/endpoints.js'

/** A record layer, and a switch that makes handshake messages of what its owner sends as data. */
export function lawless(role: StandardRecordLayerOptions['role']) {
  const layer = standardRecordLayer({ crypto: noble, role })
  const mode = { handshake: false }
  const recordLayer: RecordLayer = {
    receive: (bytes) => layer.receive(bytes),
    peek: () => layer.peek(),
    next: () => layer.next(),
    get buffered() {
      return layer.buffered
    },
    seal: (type, payload) =>
      layer.seal(mode.handshake && type === ContentType.application_data ? ContentType.handshake : type, payload),
    installReadKeys: (keys) => layer.installReadKeys(keys),
    installWriteKeys: (keys) => layer.installWriteKeys(keys),
    limitRecords: (limits) => layer.limitRecords(limits),
    close: () => layer.close(),
  }
  return { recordLayer, mode }
}
