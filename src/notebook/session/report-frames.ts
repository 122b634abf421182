import { encodeFrame } from './frames.js';
import type { SessionReport } from './messages.js';
import type { MimeBundle, OutputEvent } from './types.js';

/** An output that has a MIME bundle. */
export type BundleEvent = Extract<OutputEvent, { data: MimeBundle }>;

/** Bundles of events as they came from the process. */
const received = new WeakMap<BundleEvent, Buffer>();

/** A report as a frame whose body is the bundle, if it has one. */
export function encodeReport(report: SessionReport): Buffer {
  if (report.type !== 'output' || !('data' in report.event)) return encodeFrame(report);
  const { data, ...event } = report.event;
  return encodeFrame({ ...report, event }, JSON.stringify(data));
}

/** The report of a frame. Its bundle is read when someone looks at it: a front end that passes it on needs its text alone. */
export function decodeReport(report: SessionReport, body: Buffer): SessionReport {
  if (report.type !== 'output' || body.length === 0) return report;
  let data: MimeBundle | undefined;
  const event = { ...report.event, get data() { return data ??= JSON.parse(body.toString()) as MimeBundle; } } as BundleEvent;
  received.set(event, body);
  return { ...report, event };
}

/** `data` of an event as JSON in UTF-8; written anew where it did not come from a session's process. */
export function bundleJson(event: BundleEvent): Buffer {
  return received.get(event) ?? Buffer.from(JSON.stringify(event.data));
}
