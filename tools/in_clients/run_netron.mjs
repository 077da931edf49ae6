// node run_netron.mjs NETRON FILE OUT: writes the blobs that Netron's reader finds, one after
// another in OUT/values, and how many values each has in OUT/index.json.
import * as fs from 'fs';
import * as path from 'path';
import { pathToFileURL } from 'url';

const [folder, file, out] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(folder, name)));
globalThis.document = { body: {}, addEventListener() {} };
const view = await load('view.js');
const base = await load('base.js');
const host = {
    environment: () => null,
    require: (id) => load(`${id}.js`),
    asset: async (name) => fs.readFileSync(path.join(folder, name), 'utf-8'),
    exception: (error) => { throw error; }
};
const service = new view.ModelFactoryService(host);
const stream = new base.BinaryStream(new Uint8Array(fs.readFileSync(file)));
const model = await service.open({
    identifier: path.basename(file), entries: new Map(), stream, ...host,
    error: host.exception
});
const index = {};
const values = [];
for (const graph of model.modules || model.graphs) {
    for (const node of graph.nodes.flatMap((node) => [node, ...(node.chain || [])])) {
        const blobs = node.inputs.flatMap((input) => input.value).filter((value) => value.initializer);
        blobs.forEach((value, position) => {
            const nested = new base.Tensor(value.initializer).value;
            const array = Float32Array.from([nested].flat(Infinity), Number);
            index[`${node.name}/${position}`] = array.length;
            values.push(Buffer.from(array.buffer));
        });
    }
}
fs.writeFileSync(path.join(out, 'index.json'), JSON.stringify(index));
fs.writeFileSync(path.join(out, 'values'), Buffer.concat(values));
