/** The entry without require.extensions, which bundlers can't follow; the types are the main entry's. */
declare module 'handlebars/dist/cjs/handlebars.js' {
  import Handlebars from 'handlebars';
  export default Handlebars;
}
