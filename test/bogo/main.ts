/**
 * The shim that BoringSSL's runner starts for each test: `shim.mjs FLAGS…` runs one test and exits, `shim.mjs --serve`
 * prints a port and runs the tests that launcher.sh hands over, many in one process.
 */
import { createServer, type Socket } from 'node:net'
import { runTest, type Verdict } from './run-test.js'

async function serveOne(socket: Socket): Promise<void> {
  const args = await readArguments(socket)
  const { code, text } = await runTest(args)
  socket.end(`${code}\n${text}`)
}

/** The number of arguments, then the arguments, each ended by a zero byte. */
function readArguments(socket: Socket): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('error', reject)
    socket.on('data', (chunk: string) => {
      text += chunk
      const [count = '', ...args] = text.split('\0')
      if (args.length > 0 && args.length > Number(count)) resolve(args.slice(0, -1))
    })
  })
}

function serve(): void {
  const server = createServer((socket) => {
    serveOne(socket).catch((error: unknown) => socket.end(`1\n${String(error)}\n`))
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object' && address !== null) console.log(address.port)
  })
  // Whoever started this holds the other end of standard input.
  process.stdin.on('end', () => process.exit(0)).resume()
}

function finish({ code, text }: Verdict): void {
  process.stderr.write(text)
  process.exitCode = code
}

const args = process.argv.slice(2)
if (args[0] === '--serve') serve()
else if (args.includes('-is-handshaker-supported')) console.log('No')
else finish(await runTest(args))
