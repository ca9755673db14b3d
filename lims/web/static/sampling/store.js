// The device's own database. A write is told to be done only when it is on disk: no beep, no receipt, comes before that.
const NAME = "lims";
const STORES = ["tubes", "notes"];
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("tubes", { keyPath: "id" });
      asked.result.createObjectStore("notes");
    };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const database = asked.result;
      database.onclose = () => (opening = null);
      database.onversionchange = () => {
        database.close();
        opening = null;
      };
      resolve(database);
    };
  }).catch((fault) => {
    opening = null;
    throw fault;
  });
  return opening;
}

/** A transaction; `does` is given a function from name to store and answers a function that gives the result. */
async function transact(mode, does) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORES, mode, { durability: "strict" });
    const result = does((name) => transaction.objectStore(name));
    transaction.oncomplete = () => resolve(result?.());
    transaction.onabort = () => reject(transaction.error ?? new DOMException("the write was broken off", "AbortError"));
  });
}

/** Several changes, all or none: [store, value, key] to put, [store, undefined, key] to delete. */
export function write(...changes) {
  return transact("readwrite", (store) => {
    for (const [name, value, key] of changes) {
      if (value === undefined) store(name).delete(key);
      else if (store(name).keyPath) store(name).put(value);
      else store(name).put(value, key);
    }
  });
}

export function read(name, key) {
  return transact("readonly", (store) => {
    const asked = store(name).get(key);
    return () => asked.result;
  });
}

export function readAll(name) {
  return transact("readonly", (store) => {
    const asked = store(name).getAll();
    return () => asked.result;
  });
}

/** Every note whose name begins so. */
export function readNotes(beginning) {
  return transact("readonly", (store) => {
    const asked = store("notes").getAll(IDBKeyRange.bound(beginning, `${beginning}\uffff`));
    return () => asked.result;
  });
}

/** The note of this name; where there is none, it becomes `made`. Two windows get the same one. */
export function claim(key, made) {
  return transact("readwrite", (store) => {
    const asked = store("notes").get(key);
    let kept = made;
    asked.onsuccess = () => {
      if (asked.result === undefined) store("notes").put(made, key);
      else kept = asked.result;
    };
    return () => kept;
  });
}
