/** Schedules that are meant to end with the run: the default of their T follows the number of steps. */

/** @import { Catalogue, Values } from "../types" */

const T = "schedule.T";

/**
 * The default of T: the steps of the run, less those of a warm-up; `usual_time` in ui/scene.py says the same.
 * @param {Catalogue} catalogue
 * @param {Values} values
 */
function usualTime({ schedules }, { schedule: id, steps, ...values }) {
  const schedule = schedules.find((one) => one.id === id);
  const [time] = schedules.flatMap(({ sliders }) => sliders).filter(({ key }) => key === T);
  if (!schedule?.whole_run || !time) return time?.default;
  const warmUp = schedule.sliders.some(({ key }) => key === "schedule.W") ? values["schedule.W"] : 0;
  return Math.max(time.low, steps - warmUp);
}

/** Whether a scene's T is the run's. @param {Catalogue} catalogue @param {Values} values */
export const followsRun = (catalogue, values) =>
  !!catalogue.schedules.find(({ id }) => id === values.schedule)?.whole_run &&
  values[T] === usualTime(catalogue, values);

/**
 * A scene after a change: its T, where it stood at its default, and the default of T follow.
 * @param {Catalogue} catalogue
 * @param {Values} before
 * @param {Values} values
 * @param {Values} defaults
 */
export function followRun(catalogue, before, values, defaults) {
  const [was, is] = [usualTime(catalogue, before), usualTime(catalogue, values)];
  if (was === is || values[T] !== before[T]) return { values, defaults };
  return {
    values: before[T] === was ? { ...values, [T]: is } : values,
    defaults: { ...defaults, [T]: is },
  };
}
