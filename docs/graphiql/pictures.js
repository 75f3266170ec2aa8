// Shows the pictures whose addresses stand in an answer, below GraphiQL.
const MOST = 60;
const panel = document.getElementById("pictures");

// Adds the path of each address of a picture in the value to those found, with the name that stands beside it.
function collect(value, name, found) {
  if (typeof value === "string") {
    const path = value.replace(/^https?:\/\/[^/]+/, "");
    if (/^\/media\/[^/]+\/(?!motion)/.test(path) && !found.has(path)) found.set(path, name);
  } else if (value && typeof value === "object") {
    const own = typeof value.name === "string" ? value.name : name;
    for (const each of Object.values(value)) collect(each, own, found);
  }
  return found;
}

function pictureOf([path, name]) {
  const link = document.createElement("a");
  const image = document.createElement("img");
  Object.assign(link, { href: path, target: "_blank", rel: "noopener", title: name });
  Object.assign(image, { src: path, alt: name, loading: "lazy" });
  image.addEventListener("error", () => link.remove()); // an original that no browser shows, such as a raw file
  link.append(image);
  return link;
}

export function showPictures(answer) {
  const found = [...collect(answer?.data, "picture", new Map())];
  panel.replaceChildren(...found.slice(0, MOST).map(pictureOf));
  panel.hidden = !found.length;
}
