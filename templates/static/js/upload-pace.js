// What the speed of this line says about the deadline: start by then, and whether a file under way will be in time.
import { fill, moment, size, time } from "./upload-words.js";

const KEPT = "tahkim-speed";
const SPARE = 2; // lines are slower on the last evening
const WORTH_SAYING = 60; // seconds

const recall = () => { try { return Number(localStorage.getItem(KEPT)) || 0; } catch { return 0; } };

export const keepSpeed = (speed) => { try { localStorage.setItem(KEPT, String(Math.round(speed))); } catch { /* a browser that keeps nothing */ } };

export const paceOf = (element) => {
  const { closes, grace, now, max, sayStart, sayLate, sayTooLate } = element.dataset;
  const ahead = Date.parse(now) - Date.now(); // the server's clock counts, not this one
  return {
    advice: () => {
      const speed = recall();
      const seconds = SPARE * Number(max) / speed;
      if (!speed || !closes || seconds < WORTH_SAYING) return "";
      const latest = Date.parse(closes) - seconds * 1000;
      return latest > Date.now() + ahead ? fill(sayStart, { SIZE: size(Number(max)), TIME: time(seconds / SPARE), WHEN: moment(latest) }) : "";
    },
    warning: (seconds) => {
      const arrives = Date.now() + ahead + seconds * 1000;
      if (!closes || arrives < Date.parse(closes)) return "";
      return fill(grace && arrives < Date.parse(grace) ? sayLate : sayTooLate, { WHEN: moment(arrives) });
    },
  };
};
