// What the bundler gives for files that it takes in whole.
declare module '*.wasm' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module '*.safetensors' {
  const bytes: Uint8Array;
  export default bytes;
}
