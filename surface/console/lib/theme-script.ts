/** Where a browser keeps which colours its person chose. */
export const THEME_KEY = 'netsentinel.theme';

/** Runs in the page before the first paint, so that nobody is dazzled. */
export const THEME_SCRIPT = `try{const t=localStorage.getItem('${THEME_KEY}');if(t==='dark'||t==='light')document.documentElement.dataset.theme=t}catch{}`;
