// Attaches each small module to the elements that ask for it: data-module="menu theme". Pages work without any.
// What the line did not bring is said, with a way to load the page again: a button that does nothing says nothing.
const tell = (error) => {
  console.error(error);
  const band = document.querySelector("[data-unloaded]");
  if (band && navigator.onLine) band.hidden = false;
};

export const attach = (root) => {
  for (const element of root.querySelectorAll("[data-module]")) {
    for (const name of element.dataset.module.split(" ")) {
      if (!/^[a-z][a-z-]*$/.test(name) || element.dataset.attached?.includes(name)) continue;
      element.dataset.attached = `${element.dataset.attached ?? ""} ${name}`;
      import(`./${name}.js`).then((module) => module.start(element)).catch(tell);
    }
  }
};

attach(document);
