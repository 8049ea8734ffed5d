"""The style sheet of the SVG. It uses no CSS variables, which not every renderer knows."""

STYLE = """
.svaml{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.svaml text{fill:#1f2933}
.svaml .title{font-size:13px;font-weight:600}
.svaml .detail{font-size:11.5px;fill:#52606d}
.svaml .instructions .detail{fill:#1f2933}
.svaml .label{font-size:11px;font-weight:600;fill:#334e68}
.svaml .label.other{font-weight:400;fill:#7b8794}
.svaml .ground{fill:#fff}
.svaml .line{fill:none;stroke:#829ab1;stroke-width:1.4}
.svaml .line.other{stroke:#b0bac5;stroke-dasharray:4 4}
.svaml .tip{fill:#829ab1}
.svaml g>rect{fill:#f5f7fa;stroke:#cbd2d9;stroke-width:1.2}
.svaml .event>rect{fill:#dceefb;stroke:#4098d7}
.svaml .menu>rect{fill:#fff3c4;stroke:#e0b030}
.svaml .action>rect{fill:#e3f9e5;stroke:#57ae5b}
.svaml .handler>rect{fill:#eae2f8;stroke:#8662c7}
.svaml .end>rect{fill:#f0f2f5;stroke:#9aa5b1}
.svaml .missing>rect{fill:#ffe3e3;stroke:#cf1124;stroke-dasharray:5 3}
.svaml .jump>rect{fill:none;stroke:#9aa5b1;stroke-dasharray:3 3}
@media (prefers-color-scheme:dark){
.svaml text{fill:#e4e7eb}
.svaml .detail{fill:#a8b3bf}
.svaml .instructions .detail{fill:#e4e7eb}
.svaml .label{fill:#bcccdc}
.svaml .label.other{fill:#8a96a3}
.svaml .ground{fill:#14191f}
.svaml .line{stroke:#627d98}
.svaml .line.other{stroke:#4a5765}
.svaml .tip{fill:#627d98}
.svaml g>rect{fill:#1f2730;stroke:#3e4c59}
.svaml .event>rect{fill:#12324a;stroke:#4098d7}
.svaml .menu>rect{fill:#3a3010;stroke:#c99a1e}
.svaml .action>rect{fill:#15351a;stroke:#57ae5b}
.svaml .handler>rect{fill:#2c2147;stroke:#9d7fdb}
.svaml .end>rect{fill:#262d35;stroke:#7b8794}
.svaml .missing>rect{fill:#46151a;stroke:#ef4e4e}
.svaml .jump>rect{fill:none;stroke:#7b8794}
}
"""
