/** Gathers what hover and completion tell: schemas from the engine, the flow as it is, the last run's values. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { runQuery, runsQuery } from '../api/runs';
import { useText } from '../app/text';
import { type JsonObject, isObject } from '../core/json';
import { kindOf } from '../core/language';
import { readValue } from '../core/tree';
import { useComponentMap, usePoints } from './facts';
import { type Facts, type Sample, sampleOf } from './hints';
import { flowSchema, kindSchema, policySchema } from './nodeSchemas';
import { useEditing, useProjection } from './session';
import { useView } from './view';

/** Values of the run on the canvas, else of the flow's last one. */
export function useSample(): Sample | undefined {
  const { flow } = useEditing();
  const shown = useView((state) => state.result?.run);
  const last = useQuery({ ...runsQuery({ flow, status: 'succeeded', limit: 1 }), retry: false }).data
    ?.items[0];
  const run = useQuery({ ...runQuery(last?.id ?? ''), enabled: last !== undefined && shown == null }).data;
  return useMemo(() => {
    const found = shown ?? run;
    return found === undefined ? undefined : sampleOf(found);
  }, [shown, run]);
}

export function useFacts(): Facts {
  const text = useText();
  const components = useComponentMap();
  const points = usePoints();
  const sample = useSample();
  const { tree, document } = useProjection();
  return useMemo(() => {
    const value = readValue(tree.documents[document]?.root);
    const common = { ...propertiesOf(flowSchema(text)), ...propertiesOf(policySchema(text)) };
    const nodeSchema = (node: JsonObject): JsonObject => {
      const kind = kindOf(node);
      const own = kind === undefined ? undefined : kindSchema(kind, text);
      return {
        properties: { ...common, ...(kind === undefined || own === undefined ? {} : { [kind]: own }) },
      };
    };
    return { components, points, sample, nodeSchema, flow: isObject(value) ? value : {} };
  }, [components, points, sample, tree, document, text]);
}

function propertiesOf(schema: JsonObject): JsonObject {
  const properties = schema['properties'] ?? null;
  return isObject(properties) ? properties : {};
}
