// The project's own page is where saved forms lead: what was typed for them need not be kept any more.
export const start = () => {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(`tahkim-typed:${location.pathname}/`)) sessionStorage.removeItem(name);
  }
};
