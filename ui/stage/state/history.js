/** What can be undone: the scenes that were shown, and where among them the reader stands. */

/**
 * @template T
 * @param {(scene: T) => string} spell two scenes of one spelling are the same
 */
export function createHistory(spell) {
  /** @type {T[]} */
  let scenes = [];
  let at = -1;
  const move = (/** @type {number} */ by) => {
    if (!scenes[at + by]) return null;
    at += by;
    return scenes[at];
  };

  return {
    get canUndo() {
      return at > 0;
    },
    get canRedo() {
      return at + 1 < scenes.length;
    },
    /** A scene is shown. What was undone before it is forgotten. @param {T} scene */
    note(scene) {
      if (at >= 0 && spell(scenes[at]) === spell(scene)) {
        scenes[at] = scene;
        return;
      }
      scenes = [...scenes.slice(0, at + 1), scene].slice(-MOST);
      at = scenes.length - 1;
    },
    /** The scene before this one, null at the first. */
    undo: () => move(-1),
    redo: () => move(1),
  };
}

const MOST = 200; // scenes that are kept
