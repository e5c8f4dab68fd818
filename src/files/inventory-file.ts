// Inventory files: what a fleet showed at one moment, as JSON.
import { createHash } from 'node:crypto';
import type { Inventory } from '../core/fleet/model.ts';
import { canonicalJson, parseJson } from './plan-file.ts';
import { inventorySchema } from './plan-schema.ts';
import { readText, writeWhole } from './read-text.ts';

/** sha256, in hex, of the canonical JSON. */
export function inventoryId(inventory: Inventory): string {
  return createHash('sha256').update(canonicalJson(inventory)).digest('hex');
}

/** Throws BadInputError when the file is no inventory. */
export function readInventory(file: string): Inventory {
  return parseInventory(readText(file), file);
}

export function parseInventory(text: string, file: string): Inventory {
  return parseJson(inventorySchema, text, file);
}

/** Replaces the file in one step. */
export function writeInventory(file: string, inventory: Inventory): void {
  writeWhole(file, `${JSON.stringify(inventory, null, 2)}\n`);
}
