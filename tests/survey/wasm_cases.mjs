// SPDX-License-Identifier: GPL-3.0-or-later
// node wasm_cases.mjs MODULE CASES: the three-line cases in WebAssembly must give what they give natively.
import { readFileSync } from 'node:fs'

const [modulePath, casesPath] = process.argv.slice(2)
const { instance } = await WebAssembly.instantiate(readFileSync(modulePath), {})
const core = instance.exports
core._initialize?.()

function give(text) {
    const bytes = new TextEncoder().encode(text + '\0')
    const at = core.alloc(bytes.length)
    new Uint8Array(core.memory.buffer).set(bytes, at)
    return at
}

function take(at) {
    const memory = new Uint8Array(core.memory.buffer)
    return new TextDecoder().decode(memory.subarray(at, memory.indexOf(0, at)))
}

const lines = readFileSync(casesPath, 'utf8').split('\n')
let passed = 0, failed = 0
console.log('1..1')
for (let i = 0; i < lines.length; i++) {
    if (lines[i] === '' || lines[i].startsWith('#'))
        continue
    const [program, input, expected] = lines.slice(i, i + 3)
    i += 2
    const inputs = [give(program), give(input)]
    const result = core.run_case(...inputs)
    const came = take(result)
    for (const at of [...inputs, result])
        core.release(at)
    if (expected.startsWith('!') ? came.startsWith(expected) : came === expected) {
        passed++
    } else {
        failed++
        console.error(`${program}: expected ${expected}, got ${came}`)
    }
}
console.log(`${failed || !passed ? 'not ok' : 'ok'} 1 - ${passed} cases in WebAssembly`)
process.exit(failed || !passed ? 1 : 0)
