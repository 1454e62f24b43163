/** Stages of structural defects (dig 1.7). */
export const STRUCTURAL = { render: "structural_defect", edited: "structural_defect_edited" } as const;
