import { Alert, Button, Checkbox, Modal, NativeSelect, Radio } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../api/client";
import type { JsonObject, VersionDetail } from "../api/types";
import { type ExportFormat, type FileNames, useExport } from "../api/versions";
import { MoreOptions } from "../components/MoreOptions";
import { useOpen } from "../components/open";
import styles from "./Dialog.module.css";
import { type Chosen, ChosenPictures } from "./operations/Chosen";
import { EVERYTHING, given, refusalOf } from "./operations/draft";
import { PictureFields } from "./operations/PictureFields";

const FORMATS: { value: ExportFormat; label: string; means: string }[] = [
  { value: "coco", label: "COCO", means: "One JSON file: boxes, polygons, masks, keypoints and classes." },
  { value: "yolo", label: "YOLO detection", means: "A text file per picture with boxes; other shapes become the box around them." },
  { value: "yolo-segmentation", label: "YOLO segmentation", means: "A text file per picture with polygons; boxes become polygons." },
  { value: "yolo-pose", label: "YOLO pose", means: "A text file per picture with keypoints and their box." },
  { value: "voc", label: "Pascal VOC", means: "An XML file per picture with boxes, polygons and attributes." },
  { value: "parquet", label: "Parquet", means: "One table with a row per shape, for data pipelines. It says everything." },
];

const NAMES: { value: FileNames; label: string }[] = [
  { value: "filename", label: "File name" },
  { value: "object_name", label: "Object name" },
  { value: "data_id", label: "Data id" },
  { value: "asset_id", label: "Asset id" },
];

interface Props {
  version: VersionDetail;
  close: () => void;
  chosen?: Chosen;
}

/** Asks for a format, and opens the job that writes the file; its page offers the download. */
export function ExportDialog({ version, close, chosen }: Props) {
  const [format, setFormat] = useState<ExportFormat>("coco");
  const [packed, setPacked] = useState(false);
  const [names, setNames] = useState<FileNames>("filename");
  const [pictures, setPictures] = useState<JsonObject>(EVERYTHING);
  const launch = useExport(version.id);
  const open = useOpen();
  const error = launch.error;
  const refusal = error && refusalOf(error instanceof ApiError ? error.detail : null, error.message);
  return (
    <Modal opened onClose={close} title={`Export ${version.name}`} size="lg">
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          launch.mutate(
            { format, with_pictures: packed, file_names: names, pictures: chosen?.pictures ?? given(pictures) },
            { onSuccess: (job) => open(`/jobs/${job.id}`) },
          );
        }}
      >
        {chosen && <ChosenPictures chosen={chosen} version={version} />}
        <Radio.Group label="Format" value={format} onChange={setFormat}>
          <div className={styles.form}>
            {FORMATS.map((one) => (
              <Radio key={one.value} value={one.value} label={one.label} description={one.means} />
            ))}
          </div>
        </Radio.Group>
        <Checkbox
          label="With the picture files"
          description="Everything comes in one zip, which may be large."
          checked={packed}
          onChange={(event) => setPacked(event.currentTarget.checked)}
        />
        <MoreOptions>
          <div className={styles.more}>
            {!chosen && (
              <PictureFields
                version={version}
                description="Nothing given: all pictures."
                value={pictures}
                error={refusal?.field === "pictures" ? refusal.message : undefined}
                change={(value) => setPictures(value as JsonObject)}
              />
            )}
            <NativeSelect
              label="The file calls pictures by"
              data={NAMES}
              value={names}
              onChange={(event) => setNames(event.currentTarget.value as FileNames)}
            />
          </div>
        </MoreOptions>
        <p className={styles.hint}>The log of the job lists what the format cannot say.</p>
        {refusal && (chosen || refusal.field !== "pictures") && (
          <Alert color="red" role="alert">
            {refusal.message}
          </Alert>
        )}
        <div className={styles.buttons}>
          <Button variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button variant="filled" type="submit" loading={launch.isPending}>
            Export
          </Button>
        </div>
      </form>
    </Modal>
  );
}
