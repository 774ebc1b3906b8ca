// The rules that every page is held to: all that html-validate recommends, but for these.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  elements: [
    "html5",
    // The standard's sectioning content is article, aside, nav and section; the checker counts <details> too.
    { details: { inherit: "details", sectioning: false } },
  ],
  rules: {
    // A list may have a name: "Alerts", of a person's alerts.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    // Tick boxes of one question share a name, as radio buttons do.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "reset", "submit"] }],
    // A measure's name in national statistics is as long as it is.
    "long-title": "off",
    // GOV.UK's date input names its fieldset a group for screen readers that do not know.
    "no-redundant-role": "off",
    // A label, a description or a name that points to nothing.
    "no-missing-references": "error",
    // A telephone number is kept and shown as people say it.
    "tel-non-breaking": "off",
    // Templates leave blanks where a condition was false.
    "no-trailing-whitespace": "off",
    // <div role="region"> is a box to scroll; <section> would say no more.
    "prefer-native-element": ["error", { exclude: ["region"] }],
  },
};
