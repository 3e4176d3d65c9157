// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of the review desk: a key presses what names it in data-key. Everything works without this file too, by the forms.
"use strict";

(function () {
    const keyed = Array.from(document.querySelectorAll("[data-key]"));
    let sent = false;

    function meant(key) {
        return keyed.find((element) => element.dataset.key.split(" ").includes(key));
    }

    function isBox(element) {
        return element.tagName === "TEXTAREA" || (element.tagName === "INPUT" && element.type !== "checkbox");
    }

    function press(element) {
        element.click();
        if (element.tagName === "SUMMARY") {
            const box = element.parentElement.open && element.parentElement.querySelector("input:not([type=hidden])");
            if (box)
                box.focus();
        }
    }

    document.addEventListener("keydown", function (event) {
        const at = event.target;
        if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing)
            return;
        if (isBox(at)) {
            if (event.key === "Escape")
                at.blur();
            // Writing is one line; Shift makes another in the box.
            if (event.key === "Enter" && at.tagName === "TEXTAREA" && !event.shiftKey) {
                event.preventDefault();
                at.form.requestSubmit(at.form.querySelector("button"));
            }
            return;
        }
        // A button that has the focus is pressed by Enter itself.
        if (event.key === "Enter" && (at.tagName === "BUTTON" || at.tagName === "A" || at.tagName === "SUMMARY"))
            return;
        const element = meant(event.key.length === 1 ? event.key.toLowerCase() : event.key);
        if (element) {
            event.preventDefault();
            press(element);
            return;
        }
        // Digits go into the box of a number.
        const box = document.querySelector("#value[inputmode=decimal]");
        if (box && /^[0-9-]$/.test(event.key))
            box.focus();
    });

    // Two presses of a key are one decision.
    document.addEventListener("submit", function (event) {
        if (sent)
            event.preventDefault();
        sent = true;
    });
    window.addEventListener("pageshow", function () {
        sent = false;
    });
})();
