// Puts a button after a text people cite, where the browser lets a page write to the clipboard.
import { say } from "./words.ts";

export function enhanceCopy(text: HTMLElement): void {
  if (!navigator.clipboard) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "boton";
  button.textContent = say("Copiar la cita");
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.className = "quieto";
  const place = document.createElement("p");
  place.className = "copiar";
  place.append(button, " ", status);
  text.after(place);
  button.addEventListener("click", () => {
    navigator.clipboard.writeText((text.textContent ?? "").trim()).then(
      () => (status.textContent = say("Copiada.")),
      () => (status.textContent = say("No se pudo copiar: selecciónela y cópiela a mano.")),
    );
  });
}
