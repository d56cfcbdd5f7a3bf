/** Loads the page again, with its scene and step. */

const RENEWED = "descent-lab renewed"; // when this tab was last loaded again for another version, ms since 1970
const AGAIN = 60_000; // ms between two such times

/** @param {() => string} leave ends what goes on; the link to the scene, which the address bar shows from then on */
export function createReload(leave) {
  return {
    /** The server was updated, and these modules no longer fit it: its own show the same scene at the same step. */
    renew() {
      const last = Number(sessionStorage.getItem(RENEWED));
      if (Date.now() - last < AGAIN) return; // two versions answer at a time, while one takes the other's place
      sessionStorage.setItem(RENEWED, String(Date.now()));
      leave();
      location.reload();
    },
    /** In another language, which the link names from then on. @param {string} language */
    speak(language) {
      const link = new URL(leave());
      link.searchParams.set("lang", language);
      location.assign(link);
    },
  };
}
