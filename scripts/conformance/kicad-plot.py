"""Plots a board with KiCad itself (6 or later): Gerbers, drill files, and a table of its footprints.

Usage: python3 kicad-plot.py <board.kicad_pcb> <new folder>     (needs the Python module pcbnew)
"""
import csv
import os
import sys

import pcbnew


def main(board_file, folder):
    os.makedirs(folder, exist_ok=True)
    board = pcbnew.LoadBoard(board_file)
    plot = pcbnew.PLOT_CONTROLLER(board)
    options = plot.GetPlotOptions()
    options.SetOutputDirectory(os.path.abspath(folder))
    options.SetPlotFrameRef(False)
    options.SetUseGerberX2format(True)
    options.SetIncludeGerberNetlistInfo(True)
    options.SetUseGerberProtelExtensions(False)
    options.SetUseAuxOrigin(False)
    options.SetSubtractMaskFromSilk(False)
    for name in ["F.Cu", "F.Mask", "F.SilkS", "Edge.Cuts"]:
        layer = board.GetLayerID(name)
        if layer < 0:
            layer = {"F.Cu": pcbnew.F_Cu, "F.Mask": pcbnew.F_Mask, "F.SilkS": pcbnew.F_SilkS}[name]
        plot.SetLayer(layer)
        plot.OpenPlotfile(name.replace(".", "_"), pcbnew.PLOT_FORMAT_GERBER, name)
        plot.PlotLayer()
    plot.ClosePlot()
    drill = pcbnew.EXCELLON_WRITER(board)
    drill.SetOptions(False, False, pcbnew.wxPoint(0, 0), False)
    drill.SetFormat(True)
    drill.CreateDrillandMapFilesSet(os.path.abspath(folder), True, False)
    with open(os.path.join(folder, "footprints.tsv"), "w", newline="") as out:
        rows = csv.writer(out, delimiter="\t")
        rows.writerow(["ref", "value", "footprint", "x", "y", "rotation", "side", "pads"])
        for f in board.GetFootprints():
            at = f.GetPosition()
            rows.writerow(
                [
                    f.GetReference(),
                    f.GetValue(),
                    str(f.GetFPID().GetLibItemName()),
                    at.x / 1e6,
                    -at.y / 1e6,
                    f.GetOrientationDegrees(),
                    "bottom" if f.IsFlipped() else "top",
                    f.GetPadCount(),
                ]
            )


main(*sys.argv[1:3])
