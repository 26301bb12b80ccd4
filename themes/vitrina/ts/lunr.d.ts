// The part of lunr 2.3.9 that the search uses; the package carries no types.
declare module "lunr" {
  namespace lunr {
    interface Clause {
      presence?: number;
      wildcard?: number;
      editDistance?: number;
      usePipeline?: boolean;
      boost?: number;
    }
    interface Query {
      term(term: string, options?: Clause): Query;
    }
    interface Result {
      ref: string;
      score: number;
      matchData: { metadata: Record<string, unknown> };
    }
    interface TokenSet {
      intersect(other: TokenSet): TokenSet;
      toArray(): string[];
    }
    interface Index {
      invertedIndex: Record<string, unknown>;
      tokenSet: TokenSet;
      query(build: (query: Query) => void): Result[];
    }
  }
  const lunr: {
    Index: { load(serialized: unknown): lunr.Index };
    Query: { presence: { OPTIONAL: number; REQUIRED: number }; wildcard: { NONE: number; TRAILING: number } };
    TokenSet: {
      fromArray(words: string[]): lunr.TokenSet;
      fromFuzzyString(text: string, distance: number): lunr.TokenSet;
    };
  };
  export = lunr;
}
