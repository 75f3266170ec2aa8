// A frontend uses the types of the documents: what is never null is used without a check, and what may be null is checked.
import type { DetailQuery, GridQuery, GridQueryVariables, NamingQuery, ReviewQuery } from "./documents.js";

type Tile = GridQuery["photos"]["edges"][number]["node"];

export const variables: GridQueryVariables = { filter: { rating: { min: 1 }, tags: { all: ["Sea"] } }, first: 50 };

export function tile(photo: Tile): string {
  const taken: string = photo.takenAt ?? "no date";
  const ratio: number = photo.width / photo.height;
  return `${photo.thumbnail} ${ratio} ${taken} ${"★".repeat(photo.rating ?? 0)} ${photo.stack?.kind ?? ""}`;
}

export function whatIsShown({ photo, why }: DetailQuery): string[] {
  if (!photo) return [];
  const persons = photo.faces.map((face) => face.person?.name ?? (face.suggestions ?? [])[0]?.person.name ?? "somebody");
  const reasons = why.edges.flatMap((edge) => edge.matches.map((match) => match.label));
  return [...persons, ...photo.tags.map((tag) => `${tag.tag.path} by ${tag.source}`), ...reasons];
}

export const groups = ({ faceClusters }: NamingQuery): number[] => faceClusters.edges.map((edge) => edge.node.size);

export function question({ reviewQueue }: ReviewQuery): string {
  const [first] = reviewQueue?.edges ?? [];
  return first ? `${first.node.label}: ${Math.round(first.node.score * 100)} %` : (reviewQueue?.reason ?? "");
}
