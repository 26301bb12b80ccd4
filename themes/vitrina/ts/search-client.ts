// The page's side of the worker: starts it at the first need, numbers the questions, drops answers nobody waits for.
import type { Ask, Reply } from "./search-messages.ts";

type Question = Exclude<Ask, { kind: "open" }>;
type Unnumbered<T> = T extends Question ? Omit<T, "id"> : never;
type Hear = (reply: Reply) => void;

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

export function ownScript(given: string): string {
  const target = new URL(given, location.href);
  if (target.origin !== location.origin || !/\/recursos\/[\w.-]+\.js$/.test(target.pathname)) {
    throw new TypeError(`No es un guion del portal: ${given}`);
  }
  return target.href;
}

/** Only our own bundled scripts may become a worker, whatever the page says. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("vitrina", {
  createScriptURL: ownScript,
}) ?? { createScriptURL: ownScript };

export interface Client {
  open(): void;
  /** Ask; `hear` gets the replies until a newer question of the same kind takes its place. */
  send(question: Unnumbered<Question>, hear: Hear): void;
  /** Stop listening to the last question of this kind. */
  drop(kind: Question["kind"]): void;
}

export function connect(script: string, index: string): Client {
  let worker: Worker | undefined;
  let last = 0;
  const waiting = new Map<Question["kind"], { id: number; hear: Hear }>();

  const broken = () => {
    worker = undefined; // the next question starts another
    const heard = [...waiting.values()];
    waiting.clear();
    for (const { id, hear } of heard) hear({ kind: "error", id, what: navigator.onLine ? "missing-shard" : "offline" });
  };

  const start = (): Worker | undefined => {
    if (worker) return worker;
    try {
      worker = new Worker(policy.createScriptURL(script));
      worker.onerror = broken;
      worker.onmessage = ({ data }: MessageEvent<Reply>) =>
        [...waiting.values()].find(({ id }) => id === data.id)?.hear(data);
      worker.postMessage({ kind: "open", index } satisfies Ask);
    } catch {
      broken();
    }
    return worker;
  };

  return {
    open: () => void start(),
    send(question, hear) {
      last += 1;
      waiting.set(question.kind, { id: last, hear });
      start()?.postMessage({ ...question, id: last });
    },
    drop: (kind) => void waiting.delete(kind),
  };
}
