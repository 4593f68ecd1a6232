/**
 * A real Chromium without a window, told what to do through a pipe by its DevTools protocol (--remote-debugging-pipe: messages of JSON, each ended
 * by a NUL, on the descriptors 3 and 4). No port, and a profile that goes with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

type Values = Readonly<Record<string, unknown>>;
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Values;
  readonly sessionId?: string;
  readonly result?: Values;
  readonly error?: { readonly message: string };
}

export interface Browser {
  /** A new tab. */
  open(url: string, size?: { readonly width: number; readonly height: number }): Promise<Tab>;
  /** Ends it, with all of its processes, and removes its profile. */
  close(): Promise<void>;
}

export interface Tab {
  /** Errors of scripts, refused loads (CSP) and what else the console says is wrong. */
  readonly complaints: readonly string[];
  /** The value of a JavaScript expression, which may be a promise. */
  value<T>(expression: string): Promise<T>;
  /** As `value`, until it is true. */
  until(expression: string, ms?: number): Promise<void>;
  /** Presses one key: Tab, Enter. */
  press(key: 'Tab' | 'Enter', shift?: boolean): Promise<void>;
  dark(on: boolean): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** PNG of what is seen, or of the whole page. */
  picture(whole?: boolean): Promise<Buffer>;
  send(method: string, params?: Values): Promise<Values>;
}

const program = process.env['CHROMIUM'] ?? 'chromium';
const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--remote-debugging-pipe']; // prettier-ignore

/** @throws when there is no Chromium */
export async function startChromium(): Promise<Browser> {
  const profile = mkdtempSync(path.join(tmpdir(), 'vnfha-chromium-'));
  // a process group of its own: its helpers end with it, however it ends
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  });
  await once(child, 'spawn');
  const wire = talk(child);
  await wire.send('Target.setDiscoverTargets', { discover: true });
  return {
    async open(url, size = { width: 1280, height: 900 }) {
      const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await wire.send('Target.attachToTarget', { targetId, flatten: true });
      const tab = tabOf(wire, String(sessionId));
      for (const domain of ['Page', 'Runtime', 'Log']) await tab.send(`${domain}.enable`);
      await tab.resize(size.width, size.height);
      await tab.send('Page.navigate', { url });
      await tab.until('document.readyState === "complete"');
      return tab;
    },
    async close() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // it has ended
      }
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

interface Wire {
  send(method: string, params?: Values, sessionId?: string): Promise<Values>;
  listen(sessionId: string, heard: (method: string, params: Values) => void): void;
}

function talk(child: ChildProcess): Wire {
  const [, , , input, output] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, { resolve: (value: Values) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, (method: string, params: Values) => void>();
  let rest: Buffer = Buffer.alloc(0);
  let last = 0;
  output.on('data', (data: Buffer) => {
    const parts = Buffer.concat([rest, data]);
    let begin = 0;
    for (let end = parts.indexOf(0, begin); end >= 0; end = parts.indexOf(0, begin)) {
      take(JSON.parse(parts.toString('utf8', begin, end)) as Message);
      begin = end + 1;
    }
    rest = parts.subarray(begin);
  });
  input.on('error', () => undefined); // its end is told below
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium has ended'));
  });
  function take({ id, method, params, sessionId, result, error }: Message): void {
    if (id === undefined) return listeners.get(sessionId ?? '')?.(method ?? '', params ?? {});
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error !== undefined) asked?.reject(new Error(error.message));
    else asked?.resolve(result ?? {});
  }
  return {
    listen: (sessionId, heard) => void listeners.set(sessionId, heard),
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        input.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
      }),
  };
}

function tabOf(wire: Wire, sessionId: string): Tab {
  const complaints: string[] = [];
  wire.listen(sessionId, (method, params) => {
    if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params['exceptionDetails']));
    if (method === 'Log.entryAdded') {
      const { level, text, url } = params['entry'] as { level: string; text: string; url?: string };
      if (level === 'error') complaints.push(`${text} ${url ?? ''}`);
    }
  });
  const send: Tab['send'] = (method, params) => wire.send(method, params, sessionId);
  async function value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true }); // prettier-ignore
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  }
  const keys = { Tab: 9, Enter: 13 };
  return {
    complaints,
    send,
    value,
    async until(expression, ms = 60_000) {
      const end = performance.now() + ms;
      while (!(await value<boolean>(`Boolean(${expression})`).catch(() => false))) {
        if (performance.now() > end) throw new Error(`not within ${ms} ms: ${expression}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async press(key, shift = false) {
      const common = { key, code: key, windowsVirtualKeyCode: keys[key], modifiers: shift ? 8 : 0 };
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...common, ...(key === 'Enter' ? { text: '\r' } : {}) });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
    },
    async dark(on) {
      const features = [{ name: 'prefers-color-scheme', value: on ? 'dark' : 'light' }];
      await send('Emulation.setEmulatedMedia', { features });
    },
    async resize(width, height) {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    },
    async picture(whole = false) {
      const { data } = await send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: whole });
      return Buffer.from(String(data), 'base64');
    },
  };
}
