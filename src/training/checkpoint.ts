import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../binarize/index.js';
import { readSafetensors, writeSafetensors, type SafetensorsTensor } from '../io/index.js';

/** Version of what {@link saveCheckpoint} writes; another one is refused. */
const format = 'binvit-checkpoint-1';
const kept = 2;
const filePattern = /^step-\d{8}\.safetensors$/;

/** A point from which a run goes on with the same bits. */
export interface Checkpoint<State> {
  /** Tensors by name: parameters (linear weights `[in, out]`), then what belongs to optimizer and statistics. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** Everything that is not a tensor; plain JSON. */
  readonly state: State;
}

/** File name of the checkpoint after `step` updates. */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, '0')}.safetensors`;
}

/** File names of the complete checkpoints in a folder, newest first; empty when there is no folder. */
export function checkpointNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => filePattern.test(name)).sort().reverse();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Writes one file, which is complete or not there, and then removes all but the newest two, with what a killed process left.
 *
 * @param metadata further entries of the file's header
 */
export function saveCheckpoint<State extends { readonly step: number }>(
  folder: string, checkpoint: Checkpoint<State>, metadata: Readonly<Record<string, string>>,
): void {
  writeSafetensors(join(folder, checkpointName(checkpoint.state.step)), checkpoint.tensors,
    { ...metadata, format, orientation: '[in, out]', state: canonicalJson(checkpoint.state) });
  const keep = new Set(checkpointNames(folder).slice(0, kept));
  for (const name of readdirSync(folder)) {
    if (!keep.has(name)) rmSync(join(folder, name));
  }
}

/** @throws Error when the file is damaged or of another format */
export function readCheckpoint<State>(path: string): Checkpoint<State> {
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.format !== format || metadata.state === undefined) {
    throw new Error(`${path}: expected a checkpoint of format ${format}, found ${metadata.format ?? 'no format in its header'}`);
  }
  return { tensors, state: JSON.parse(metadata.state) as State };
}

/**
 * The newest checkpoint that can be read; the one before stands in for a damaged one and leads to the same bits.
 *
 * @returns `null` when there is none
 * @throws Error of the last one tried when there are some and none can be read
 */
export function newestCheckpoint<State>(folder: string): Checkpoint<State> | null {
  const names = checkpointNames(folder);
  for (const [age, name] of names.entries()) {
    try {
      return readCheckpoint<State>(join(folder, name));
    } catch (error) {
      if (age === names.length - 1) throw error;
    }
  }
  return null;
}
