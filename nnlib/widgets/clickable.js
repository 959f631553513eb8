// A picture that tells Python where it was clicked.

function render({ model, el }) {
  const picture = document.createElement("img");
  picture.className = "nnlib-picture";
  picture.style.cssText = "display: block; width: 100%; height: auto; cursor: crosshair";
  let address = "";

  function show() {
    const former = address;
    address = URL.createObjectURL(new Blob([model.get("value")], { type: "image/png" }));
    picture.src = address;
    picture.alt = picture.title = model.get("tooltip");
    if (former) URL.revokeObjectURL(former);
  }

  function click(event) {
    const box = picture.getBoundingClientRect();
    model.send({
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
      shift: event.shiftKey,
    });
  }

  model.on("change:value", show);
  picture.addEventListener("click", click);
  show();
  el.append(picture);
  return () => {
    model.off("change:value", show);
    URL.revokeObjectURL(address);
  };
}

export default { render };
