// A driver is a small merchant on one SDK. It reads {"step", "given"} lines and writes {"value"} or {"error"} lines.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

// The SDKs are installed in the working directory, not beside the drivers.
export const sdk = createRequire(join(process.cwd(), "package.json"));

const problem = (error) => ({
  kind: String(error?.name ?? "Error"),
  problem: String(error?.message ?? error),
  code: error?.code === undefined ? null : String(error.code),
});

// The step "open" comes first; `open` turns its settings into the merchant's steps.
export async function serve(open) {
  let steps = { open: (settings) => { steps = open(settings); } };
  for await (const line of createInterface({ input: process.stdin })) {
    const { step, given } = JSON.parse(line);
    let reply;
    try {
      reply = { value: (await steps[step](given)) ?? null };
    } catch (error) {
      reply = { error: problem(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
