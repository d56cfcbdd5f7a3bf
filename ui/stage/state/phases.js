/** The types of a session: what it asks, what it tells, and the phases it is in. */

/** @import { Fan, Run, Terrain, Values } from "../types" */

/**
 * A scene, and the one that its surface opens with.
 * @typedef {{values: Values, defaults: Values}} Scene
 *
 * @typedef {object} Server what a session asks; see data/api.js
 * @property {(query: string) => Promise<Scene & {runs: Run[]}>} paths
 * @property {(query: string) => Promise<Terrain>} terrain
 * @property {(query: string, key: string, terrain: Terrain) => Promise<Fan>} fan
 *
 * @typedef {object} Listener what a session tells
 * @property {() => void} controls values changed that a control under the hand does not show yet
 * @property {(step?: number | null) => Promise<unknown>} paths exact paths are there; where the playhead goes, null for
 *   the end, undefined to stay. The next request waits for the promise
 * @property {() => void} display the same paths are displayed in another way
 * @property {() => void} drag the paths, or the ring at the start, follow the hand
 * @property {() => void} settle the scene changed for good: the address bar shall follow
 * @property {(text: string) => void} note what the reader is told; empty for nothing
 *
 * @typedef {object} Wanted a scene that opens
 * @property {() => string} ask its query
 * @property {boolean} picked a surface was picked: its paths are drawn to the end
 * @property {boolean} [displays] it is displayed as its query says, and not as the one before
 * @property {Scene | null} from the scene whose further learning rates go along in proportion
 *
 * @typedef {Wanted & {kind: "opening", edited: Values}} Opening and what was changed since
 * @typedef {{kind: "dragging", key: string, value: any, place?: number, held: boolean}} Dragging what a hand moved last;
 *   the place of a slider's thumb, 0 to 1; whether the hand still holds it
 * @typedef {Opening | Dragging | {kind: "exact"}} Phase
 */

export {};
