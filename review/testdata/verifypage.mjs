// Runs the script of verify.html over exported files, for verifypage_test.go.
// Arguments: the page and the folder of cases. Standard input: one JSON a line,
// {"case", "named", "without": [files], "change": [{"file", "at", "xor"}]}; standard
// output: the page's verdict, one JSON a line.
import {readdirSync, readFileSync} from "node:fs";
import {createInterface} from "node:readline";

const [page, folder] = process.argv.slice(2);
const script = /<script>\n([^]*)<\/script>/.exec(readFileSync(page, "utf8"))[1];
const {verify, unable, FILES, checked} = new Function(script + "; return {verify, unable, FILES, checked};")();
const why = await unable();
if (why) throw new Error(why);

const cases = new Map();
function filesOf(name) {
  if (!cases.has(name)) {
    const held = readdirSync(`${folder}/${name}`).filter((f) => FILES.includes(f));
    cases.set(name, held.map((f) => [f, new Uint8Array(readFileSync(`${folder}/${name}/${f}`))]));
  }
  return new Map(cases.get(name));
}
for await (const line of createInterface({input: process.stdin})) {
  const job = JSON.parse(line), files = filesOf(job.case);
  for (const file of job.without ?? []) files.delete(file);
  for (const {file, at, xor} of job.change ?? []) {
    const changed = files.get(file).slice();
    changed[at] ^= xor;
    files.set(file, changed);
  }
  if (checked.size > 5000) checked.clear();
  console.log(JSON.stringify(await verify(files, job.named ?? "")));
}
