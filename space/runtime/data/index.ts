/** Datasets: what they are, their rows from files, and the rows' way to a training loop. */

export { Dataset, type MapOptions, type RowSource } from "./dataset";
export {
  defineDataset,
  descriptorId,
  parseDescriptor,
  type DatasetDescriptor,
  type Field,
  type FieldType,
  type RowOf,
} from "./descriptor";
export { ingest, type DataFormat, type IngestOptions, type Source } from "./ingest";
