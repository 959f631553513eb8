// CPython for WebAssembly in a worker of a page: {words, environment} come, what it wrote goes back.

import {
    ConsoleStdout, Directory, File, OpenFile, PreopenDirectory, WASI, WASIProcExit,
} from "./shim/index.js";

const PROGRAM = "/usr/local/bin/python.wasm";
const DONE = "done.json"; // the one file that is asked for, at the top of the guest's files

async function fetched(name) {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response;
}

// files.bin holds one file after the other; files.json says [path, bytes] for each
async function folders() {
    const list = await (await fetched("files.json")).json();
    const bytes = await (await fetched("files.bin")).arrayBuffer();
    const tops = {};
    let from = 0;
    for (const [top, path, size] of list) {
        const parts = path.split("/");
        const name = parts.pop();
        let folder = tops[top] ??= new Map();
        for (const part of parts) {
            if (!folder.has(part)) folder.set(part, new Directory(new Map()));
            folder = folder.get(part).contents;
        }
        folder.set(name, new File(new Uint8Array(bytes, from, size)));
        from += size;
    }
    return tops;
}

async function run({ words, environment }) {
    let said = "";
    const output = () => {
        const decoder = new TextDecoder();
        return new ConsoleStdout(bytes => { said += decoder.decode(bytes, { stream: true }); });
    };
    const tops = Object.entries(await folders());
    const preopened = tops.map(([name, files]) => new PreopenDirectory(name, files));
    const files = [new OpenFile(new File([])), output(), output(), ...preopened];
    const wasi = new WASI([PROGRAM, ...words], environment, files);
    // no program stands behind the page: every call of it is refused
    const imports = { wasi_snapshot_preview1: wasi.wasiImport, host: { call: () => -1 } };
    const { instance } = await WebAssembly.instantiateStreaming(fetched("python.wasm"), imports);
    let code;
    try {
        wasi.initialize(instance);
        code = instance.exports.run();
    } catch (error) {
        code = error instanceof WASIProcExit ? error.code : `${error.name}: ${error.message}`;
    }
    const root = preopened[tops.findIndex(([name]) => name === "/")];
    const done = root.dir.contents.get(DONE);
    return { code, said, done: done ? new TextDecoder().decode(done.data) : null };
}

onmessage = async event => {
    try {
        postMessage(await run(event.data));
    } catch (error) {
        postMessage({ code: `${error.name}: ${error.message}`, said: "", done: null });
    }
};
