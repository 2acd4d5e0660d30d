/** How many questions to the API are not answered yet. */
let open = 0;

export function openQuestions(): number {
  return open;
}

/** `fetch`, whose questions are counted. */
export const countedFetch: typeof fetch = async (input, init) => {
  open++;
  try {
    return await fetch(input, init);
  } finally {
    open--;
  }
};
